#!/bin/sh
# The Debian packages that some tests measure quspike against: ngspice, a peer for circuits, and alsa-utils, which brings
# recorded speech; and scqubits, a peer for spectra, in an environment of its own. Without them those tests are skipped,
# or fail where QUSPIKE_REQUIRE_ORACLES=1.
if ! ${MAKE:-make} --silent .venv-peer-scqubits/.pinned; then
    echo "The tests that need scqubits are skipped: it could not be installed"
fi

missing=
command -v ngspice >/dev/null || missing="ngspice"
[ -e /usr/share/sounds/alsa/Front_Center.wav ] || missing="${missing:+$missing }alsa-utils"
[ -n "$missing" ] || exit 0

skipping() {
    echo "The tests that need $missing are skipped: $1"
    exit 0
}
command -v apt-get >/dev/null || skipping "there is no apt-get here to install them with"
[ "$(id -u)" = 0 ] || skipping "only root can install them (apt-get install $missing)"

echo "Installing $missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # one word a package
{ apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 ||
    skipping "apt-get could not install them"
