"""What crosses a boundary: frozen messages and the identifiers of cases, queues and attributes."""
