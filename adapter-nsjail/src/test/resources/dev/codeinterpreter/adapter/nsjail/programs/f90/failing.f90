program failing
  print '(a)', 'before the failure'
  error stop 'on purpose'
end program failing
