SELECT 'a'
'b', E'a\
b' -- x
