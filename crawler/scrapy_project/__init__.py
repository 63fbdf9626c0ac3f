"""What Scrapy's own commands and other people's Scrapy projects see of Khabar (`docs/scrapy.md`)."""
