"""The diagnosis report: one content, three formats (PDF, Word, HTML)."""
