"""Review: the queue's filters, who has which claim, and two claims side by side."""
