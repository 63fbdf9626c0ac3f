"""What the report and the web share of presentation: words, formats, charts, differences, templates."""
