"""The peers: QuTiP in this environment; dynamiqs and Brian2 each in its own, as scripts that import no quspike."""
