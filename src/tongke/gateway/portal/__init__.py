"""Portal: home pages by role, navigation, search, message centre.

It owns no facts.
"""
