"""Maps that were loaded, and how exactly the places of sensitive species may be told."""
