"""What the figures are made of: numbers, names and roles, without a drawing library."""
