"""Files that rows name: in Django's default storage, counted, thinned and swept."""
