"""Revisits 回访: which finished matters are revisited, and by whom."""
