"""The result in words and numbers."""
