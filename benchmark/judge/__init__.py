"""The judge: from an answer's text to a verdict that can be made again."""
