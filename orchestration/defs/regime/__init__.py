"""Monitoring: the daily question to the calendars."""
