"""What other people's software reads of us: recalls as JSON, RSS and Atom, and a map of pages."""
