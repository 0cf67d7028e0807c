"""What happens to people's data, in plain sight: the page, their own copy, erasure, watches."""
