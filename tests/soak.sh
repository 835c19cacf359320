#!/usr/bin/env bash
# Runs the program live for hours and watches what grows: ./run.sh test --soak MINUTES [OUTFOLDER].
# A 30 fps MJPEG camera (ffmpeg on the loopback) is killed every SOAK_KILL seconds (300) and is back after two, the model changes every
# SOAK_SWAP seconds (60), a viewer watches the page, the images are recorded. Every SOAK_LOOK seconds (10) a line goes to soak.csv.
# The verdict compares the end with minute five (with SOAK_FROM seconds, 300).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
minutes=${1:?soak.sh MINUTES [OUTFOLDER]} out=${2:-out/soak}
kill_every=${SOAK_KILL:-300} swap_every=${SOAK_SWAP:-60} look_every=${SOAK_LOOK:-10} from=${SOAK_FROM:-300}
most_growth=10000 # kB of memory
most_wait=2       # seconds from the camera's return to the next image
camera_port=${SOAK_CAMERA_PORT:-8991} page_port=${SOAK_PAGE_PORT:-8992}
page=http://127.0.0.1:$page_port camera_pid='' viewer_pid='' app_pid=''
command -v ffmpeg >/dev/null && command -v curl >/dev/null || { echo "error: soak.sh needs ffmpeg and curl" >&2; exit 2; }
mkdir -p "$out"
rm -f "$out"/*

finish() {
    for pid in $viewer_pid $camera_pid $app_pid; do kill "$pid" 2>/dev/null || true; done
}
trap finish EXIT

# ffmpeg serves one client and ends with it: started again until the camera is killed.
camera() {
    local child=''
    trap '[[ -z $child ]] || kill -9 "$child" 2>/dev/null; exit 0' TERM
    while true; do
        ffmpeg -v quiet -re -f lavfi -i testsrc2=size=640x480:rate=30 -c:v mjpeg -q:v 5 -f mpjpeg \
            -listen 1 "http://127.0.0.1:$camera_port/" </dev/null &
        child=$!
        wait "$child" || true
    done
}
start_camera() { camera & camera_pid=$!; }
kill_camera() { kill "$camera_pid"; wait "$camera_pid" 2>/dev/null || true; }

post() { curl -s -o /dev/null -m 5 -X POST -H "Origin: $page" "$page/$1" || true; }
figure() { sed -n "s/.*\"$1\":\([0-9.]*\).*/\1/p" <<<"$stats"; }
now() { date +%s%3N; }

start_camera
"$root/run.sh" live "http://127.0.0.1:$camera_port/" "$out/soak.mkv" --headless --http "127.0.0.1:$page_port" \
    --model "${SOAK_MODELS:-$root/models}" --hud none >"$out/log" 2>&1 &
app_pid=$! # run.sh becomes the program
for _ in $(seq 600); do
    stats=$(curl -s -m 5 "$page/stats.json" || true)
    [[ $stats == *'"frames"'* ]] && break
    kill -0 "$app_pid" 2>/dev/null || { cat "$out/log" >&2; echo "error: the program ended" >&2; exit 1; }
    sleep 0.2
done
curl -s -N "$page/stream.mjpg" >/dev/null &
viewer_pid=$!

# seconds, memory in kB, descriptors, child processes, threads, frames per second, reconnects, the longest wait in ms
csv=$out/soak.csv
echo 'seconds,rss_kb,descriptors,children,threads,fps,reconnects,longest_wait_ms' >"$csv"
began=$(now) reconnects=0 longest=0
elapsed() { echo $(($(now) / 1000 - began / 1000)); }
look() {
    stats=$(curl -s -m 5 "$page/stats.json" || true)
    local rss threads descriptors children
    rss=$(sed -n 's/^VmRSS:\s*\([0-9]*\).*/\1/p' "/proc/$app_pid/status")
    threads=$(sed -n 's/^Threads:\s*//p' "/proc/$app_pid/status")
    # .NET keeps the files of its code open, which it loads when they are first needed: at the first reconnect, for one.
    descriptors=$(find "/proc/$app_pid/fd" -mindepth 1 ! -lname '*.dll' 2>/dev/null | wc -l)
    children=$(cat /proc/"$app_pid"/task/*/children 2>/dev/null | wc -w)
    echo "$(elapsed),$rss,$descriptors,$children,$threads,$(figure fps),$reconnects,$longest" >>"$csv"
}

# From the moment that the camera listens again until the frames count on.
reconnect() {
    local before since stopped
    kill_camera
    stopped=$(now)
    sleep 2
    stats=$(curl -s -m 5 "$page/stats.json" || true)
    before=$(figure frames)
    start_camera
    # Listening, or connected already: it listens for one client only, who may be faster than this look.
    until grep -Eq "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$camera_port") [0-9A-F:]+ (0A|01) " /proc/net/tcp; do
        (($(now) - stopped < 60000)) || { echo "error: the camera did not start again" >&2; exit 1; }
        sleep 0.01
    done
    since=$(now)
    until stats=$(curl -s -m 5 "$page/stats.json" || true); [[ -n $stats && $(figure frames) -gt $before ]]; do
        (($(now) - since < 60000)) || break
        sleep 0.02
    done
    reconnects=$((reconnects + 1))
    since=$(($(now) - since))
    if ((since > longest)); then longest=$since; fi
}

next_map=$from next_look=0 next_swap=$swap_every next_kill=$kill_every
while (($(elapsed) < minutes * 60)); do
    kill -0 "$app_pid" 2>/dev/null || { tail -20 "$out/log" >&2; echo "soak: the program ended after $(elapsed) s" >&2; exit 1; }
    if (($(elapsed) >= next_look)); then look; next_look=$((next_look + look_every)); fi
    # The mappings of every twelfth minute tell what grew: by then each of six models has had two minutes.
    if (($(elapsed) >= next_map)); then cp "/proc/$app_pid/smaps" "$out/smaps-$next_map"; next_map=$((next_map + 720)); fi
    if (($(elapsed) >= next_swap)); then post do/model; next_swap=$((next_swap + swap_every)); fi
    if (($(elapsed) >= next_kill)); then reconnect; next_kill=$((next_kill + kill_every)); fi
    sleep 0.2
done
look

kill -TERM "$app_pid" # a script's background programs ignore INT
code=0
wait "$app_pid" || code=$?
app_pid=''
# The smallest of a minute's lines: a collection is due at any time, a swap loads for a moment.
awk -F, -v from="$from" -v growth="$most_growth" -v wait="$most_wait" -v code="$code" '
    function least(a, b) { return a == "" || b + 0 < a + 0 ? b : a }
    NR > 1 && $1 >= from && $1 < from + 60 { rss0 = least(rss0, $2); fd0 = least(fd0, $3); child0 = least(child0, $4) }
    NR > 1 { second[NR] = $1; rss[NR] = $2; fd[NR] = $3; child[NR] = $4; last = $1; waited = $8; count = $7 }
    function check(what, ok) { printf "%s: %s\n", ok ? "ok" : "FAILED", what; if (!ok) failed = 1 }
    END {
        for (i = 2; i <= NR; i++) if (second[i] > last - 60) {
            rss1 = least(rss1, rss[i]); fd1 = least(fd1, fd[i]); child1 = least(child1, child[i])
        }
        check("memory " rss0 " kB at " from " s, " rss1 " kB at the end", rss0 != "" && rss1 - rss0 <= growth)
        check("descriptors " fd0 ", " fd1 " at the end", fd1 - fd0 <= 0)
        check("child processes " child0 ", " child1 " at the end", child1 - child0 <= 0)
        check(count " reconnects, the longest " waited " ms after the camera was back", waited <= 1000 * wait)
        check("exit code " code, code == 0)
        exit failed
    }' "$csv"
