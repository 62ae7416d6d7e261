"""Method books: one questionnaire as a book that a person reads, in Markdown and PDF."""
