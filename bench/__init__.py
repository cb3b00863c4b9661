"""How fast Guanjia is, as ratios against a bare reference in the same run (``make bench``); never a test."""
