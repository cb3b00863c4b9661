"""Tables of attachments 附件表."""
