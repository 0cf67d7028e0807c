"""Other companies' software: who may call us, by which tokens, and whom we call back."""
