// The composition comes with the parts it composes.
return 1;
