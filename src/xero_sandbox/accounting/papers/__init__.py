"""What belongs to a document: attachments, history, its PDF, its online page, its e-mail."""
