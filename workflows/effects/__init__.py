"""What a process may ask of the outside world: one typed function each, with its time-outs decided here.

Each function starts an activity at once and returns its handle, so that a process can put all that it asks of
Temporal in one order (``docs/decisions/0012-one-voice.md``).
"""
