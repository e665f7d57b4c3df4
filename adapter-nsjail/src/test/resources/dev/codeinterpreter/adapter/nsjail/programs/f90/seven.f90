program seven
  stop 7
end program seven
