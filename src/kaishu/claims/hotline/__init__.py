"""What the telephone needs beside the owner's own pages: who is calling, and changes that wait."""
