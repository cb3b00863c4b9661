"""Printed forms 打印单据: what stands on the paper, how it is set, and which print of it this is."""
