"""Commands for the desk, technicians and supervisors: the verbs of the HTTP API, typed on a keyboard.

``staff_verbs`` (``starters/cli/staff_verbs.py``) is mounted by ``deploy/command.py`` beside the commands that run
Guanjia's own processes. Everything goes through the HTTP API, so a command may do what its token may do.
"""
