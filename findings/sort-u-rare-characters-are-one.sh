#!/usr/bin/env bash
# "sort -u" of Debian 12 (coreutils 9.1, glibc 2.36) in the locale zh_CN.UTF-8 or en_US.UTF-8 drops lines that differ
# from every other: characters for which the locale has no order count as equal. In zh_CN.UTF-8 those are all of
# extensions B and later, a quarter of extension A and 543 of the basic block; in en_US.UTF-8 all of extensions A, B
# and later, the newest of the basic block, and all Hangul syllables. So of the lines 𬭊, 𬭛, 𬭳 (elements 105, 107, 108)
# one is left, of names with a rare character likewise. "sort | uniq", which looks the same, keeps all of them.
# Do instead: LC_ALL=C sort -u, always, for text in UTF-8.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
packages=(coreutils=9.1-1 libc6=2.36-9+deb12u14 libc-bin=2.36-9+deb12u14 locales=2.36-9+deb12u14)
fetch() { apt-get download -q -o APT::Sandbox::User=root "${packages[@]}" >/dev/null 2>&1; }
fetch || { apt-get update -qq && fetch; }
for each in *.deb; do dpkg -x "$each" laid; done
# The packages' own programs on their own C library, with the packages' own locales.
loader=$(ls laid/lib/*-linux-gnu/ld-linux-*.so.* laid/lib64/ld-linux-*.so.* 2>/dev/null | head -1)
library=$(dirname "$(ls laid/lib/*-linux-gnu/libc.so.6)")
run() { env LOCPATH="$work/locales" LC_ALL="$1" "$loader" --library-path "$library" "laid/usr/bin/$2" "${@:3}"; }
mkdir locales
for name in zh_CN en_US; do
    I18NPATH="$work/laid/usr/share/i18n" run C localedef -i "$name" -f UTF-8 "locales/$name.UTF-8"
done
count() { run "$1" sort ${2:+"$2"} | run "$1" uniq | wc -l; }
printf '%s\n' 元素𬭊 元素𬭛 元素𬭳 >elements
printf '%s\n' 王㛃 王䶮 王㴋 王㼆 >names
printf '%s\n' 가나다 라마바 사아자 >korean
printf '%s\n' 青溪县 白水镇 龙王庙 >common
dpkg-deb -f coreutils_*.deb Package Version | paste -sd' '
dpkg-deb -f libc6_*.deb Package Version | paste -sd' '
echo "sort -u drops lines that differ only in characters for which the locale has no order."
echo
check() { # locale, file, lines expected of sort -u
    local unique plain
    unique=$(count "$1" -u <"$2")
    plain=$(count "$1" <"$2")
    echo "$1: $(paste -sd' ' "$2"): sort -u leaves $unique of $(wc -l <"$2"), sort | uniq $plain"
    [ "$unique" = "$3" ] && [ "$plain" = "$(wc -l <"$2")" ] || { echo "it is otherwise now"; exit 1; }
}
check zh_CN.UTF-8 elements 1
check en_US.UTF-8 elements 1
check en_US.UTF-8 names 1
check en_US.UTF-8 korean 1
check zh_CN.UTF-8 common 3
check en_US.UTF-8 common 3
check C elements 3
check C names 4
