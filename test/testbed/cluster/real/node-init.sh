#!/bin/sh
# The first process of the real node's namespaces (mount, network, PID). All mounts, links and processes of the node end
# with it. Files that the node writes outside its own folder are on temporary file systems.
# Arguments: the testbed's folder, and the file that is created when the namespaces are ready.
set -eu
folder=$1
ready=$2

mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/log
mkdir -p /run/var-lib/upper /run/var-lib/work
mount -t overlay overlay -o lowerdir=/var/lib,upperdir=/run/var-lib/upper,workdir=/run/var-lib/work /var/lib

# The kubelet would set these for the whole machine. Here it finds the values that it wants, so it sets nothing.
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
touch "$ready"
# The kubelet creates the folders of simulated volumes for root only. Folders of the real provisioners are writable by
# every user, so these are made writable too. As process 1, the shell also reaps orphaned processes.
while :; do
  find "$folder/volumes" -mindepth 1 -maxdepth 1 ! -perm -0777 -exec chmod 0777 {} + || :
  sleep 0.5 &
  wait $!
done
