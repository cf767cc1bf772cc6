"""What a release says of itself: VoID and DCAT, counted from what is served, never from the clock.

Stands in the store and in a file beside the dumps, and in none of the dumps (decision 0022).
"""
