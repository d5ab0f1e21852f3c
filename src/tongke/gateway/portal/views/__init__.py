"""Views of the portal: home pages, personal settings, system pages, search."""
