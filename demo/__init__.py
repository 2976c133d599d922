"""The sample province: invented, internally consistent reports that fill the real templates."""
