#!/usr/bin/env bash
# What viewers and hostile clients of the page cost the loop: the frame period without anybody, then beside 20 viewers, 200 connections
# that send nothing and bodies of a gigabyte, in turn. tests/measure/page-load.sh [FRAMES [OUTFOLDER]]; on a machine that is otherwise calm.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
frames=${1:-600} out=${2:-out/page-load} port=${PAGE_PORT:-8993}
page=http://127.0.0.1:$port
command -v curl >/dev/null || { echo "error: page-load.sh needs curl" >&2; exit 2; }
mkdir -p "$out"

load() {
    local i fd
    trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM
    until curl -s -o /dev/null -m 5 "$page/"; do sleep 0.1; done
    for i in $(seq 20); do curl -s -N "$page/stream.mjpg" >/dev/null & done
    while true; do
        for i in $(seq 200); do exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 0; done 2>/dev/null
        printf 'POST /do/pause HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Length: 1073741824\r\n\r\n' "$port" >&"$fd"
        head -c 1G /dev/zero >&"$fd" 2>/dev/null || true # refused after the first bytes
        sleep 6 & wait $!                                 # by then the silent ones were closed
        for ((i = 10; i < fd; i++)); do exec {i}>&-; done
    done
}

period() { tr -d ' \n' <"$1" | sed -n 's/.*"frame_period":{[^}]*"p50_ms":\([0-9.]*\).*/\1/p'; }

bench() {
    "$root/run.sh" bench --loop -1 --frames "$frames" --http "127.0.0.1:$port" --json "$out/$1.json" >"$out/$1.log" 2>&1
}

for turn in 1 2; do
    bench "alone-$turn"
    load &
    pid=$!
    bench "load-$turn"
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    alone=$(period "$out/alone-$turn.json") loaded=$(period "$out/load-$turn.json")
    awk -v a="$alone" -v b="$loaded" \
        'BEGIN { printf "frame period p50: %.1f ms alone, %.1f ms under load: %+.1f %%\n", a, b, 100 * (b / a - 1) }'
done
