# Runs inside a sandbox: what a step runs there, then a shell for the user to look around.
#
# arguments: the step, the command of the user (empty: whatever is typed), then what the step runs, if anything
step=$1 command=$2
shift 2
cd /
if [ $# -gt 0 ]; then
  log=/run/emt-$step.log
  mkdir -p /run
  if [ -n "$command" ]; then
    "$@" >"$log" 2>&1 </dev/null
    EMT_STATUS=$?
  else
    { "$@" </dev/null; echo $? >"$log.status"; } 2>&1 | tee "$log" >&2
    read -r EMT_STATUS <"$log.status"
    rm "$log.status"
  fi
  export EMT_STATUS
  echo "emt: $step ended with status $EMT_STATUS; what it said is in $log" >&2
fi
[ -z "$command" ] || exec sh -c "$command"
echo "emt: this is the tree of step $step, in a sandbox without network; what is changed here is forgotten" >&2
[ ! -x /usr/bin/bash ] || exec bash -i
exec sh -i
