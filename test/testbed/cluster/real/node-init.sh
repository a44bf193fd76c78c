#!/bin/sh
# The first process of the real node's own namespaces (mount, network, process ids): all that the node mounts, links and
# starts ends with it. What a node writes outside its own folder lands on file systems that are thrown away.
set -eu
folder=$1

mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mkdir -p /run/var-lib/upper /run/var-lib/work
mount -t overlay overlay -o lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work /var/lib

# The kubelet sets these of the whole machine, unless they have the values it wants: it finds those, and sets nothing.
settings="vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000"
mkdir /run/sysctl
for setting in $settings; do
  name=${setting%=*}
  if [ -e "/proc/sys/$name" ]; then
    file=/run/sysctl/$(echo "$name" | tr / -)
    echo "${setting#*=}" >"$file"
    mount --bind "$file" "/proc/sys/$name"
  fi
done

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
mkdir -p "$folder/volumes"
touch "$folder/node-ready"
# The kubelet makes the folders of played volumes for root alone; behind the real provisioners stand folders that any user
# may write, and so do these. As process 1 it inherits, and the shell reaps, what others leave.
while :; do
  find "$folder/volumes" -mindepth 1 -maxdepth 1 ! -perm -0777 -exec chmod 0777 {} + || :
  sleep 0.5 &
  wait $!
done
