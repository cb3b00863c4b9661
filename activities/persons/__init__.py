"""Persons 个人信息主体: what the centre holds about one of them, handed out, and erased where the law lets us."""
