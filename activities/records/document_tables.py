"""Tables of printed documents 打印单据表."""
