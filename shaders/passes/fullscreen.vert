#version 330 core
// One triangle that covers the target. uv is (0, 0) at the first row in memory, which is the top of every image here.
out vec2 uv;

void main()
{
    uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
    gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
