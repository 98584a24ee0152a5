"""Send notices: to a terminal, a file, a webhook, by mail.

Knows nothing of evidence or judgement: a notice comes as plain data, and all of it is data, never
an instruction. `webhook` and `mail` are the only modules here that use the network.
"""
