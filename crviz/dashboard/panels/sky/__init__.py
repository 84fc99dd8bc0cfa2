"""The sky map of one field."""
