"""Telling people: channels in order, texts by event, one row for each thing told."""
