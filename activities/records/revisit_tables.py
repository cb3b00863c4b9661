"""Tables of revisit selection and of absences 回访抽取表."""
