"""What the columns and the texts of a file mean."""
