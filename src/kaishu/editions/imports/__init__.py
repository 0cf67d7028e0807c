"""Read lists that people bring: any spreadsheet, every bad row named."""
