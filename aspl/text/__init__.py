"""Text to programs and back."""
