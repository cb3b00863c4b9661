"""Tables of the forms of repairs, special services and revisits 单据表, beside the first two."""
