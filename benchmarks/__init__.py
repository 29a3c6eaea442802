"""Measurements beside other systems: ratios of one run on one machine, never a test."""
