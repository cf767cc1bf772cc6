"""What is made of answers: receipts, reasons, charts, covers of control gaps, and precedents."""
