"""How good an endpoint is, by what public monitors ask of one; any endpoint can be asked, ours among them.

Speaks HTTP alone and imports nothing of the server.
"""
