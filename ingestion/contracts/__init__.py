"""Report forms as data: contracts, rule kinds, periods and calendars, code lists. Pure: no pandas, no database."""
