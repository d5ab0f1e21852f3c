"""People, places, subjects: what every lesson stands on."""
