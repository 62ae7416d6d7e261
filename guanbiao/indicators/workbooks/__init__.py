"""The workbook to fill offline: written from a model, read back by the codes in it."""
