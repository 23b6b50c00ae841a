"""The paper's figures: which runs they need, and what they show of them."""
