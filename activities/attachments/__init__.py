"""Photographs and signatures 附件: checked, drawn anew, sealed, stored; cases carry their ids only."""
